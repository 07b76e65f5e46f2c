// What lies where in the data directory of a store; its state file (state-file.ts) is beside these two.

export const SEGMENTS_DIRECTORY = 'segments';
export const INDEX_DIRECTORY = 'index';
