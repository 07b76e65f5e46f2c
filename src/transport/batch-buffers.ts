// Buffers that raw writes are gathered in: reused, because a fresh 256 KiB costs 64 page faults each time.

/** Payload gathered into one raw write at most: two cells. Between 64 and 256 KiB no difference was measured. */
export const BATCH_PAYLOAD_BYTES = 128 * 1024;
/** Payload and its frame headers. With room for headers beside it, whole cells fit and are not cut into odd frames. */
export const BATCH_DATA_BYTES = BATCH_PAYLOAD_BYTES + 1024;
/** Room behind the data for control frames, so that an ABORT never waits for data. */
const CONTROL_RESERVE_BYTES = 4 * 1024;
/** 4 MiB kept at most. */
const IDLE_MAX = 32;

export class BatchBuffers {
  readonly capacityBytes = BATCH_DATA_BYTES + CONTROL_RESERVE_BYTES;
  readonly #idle: Buffer[] = [];

  take(): Buffer {
    return this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.capacityBytes);
  }

  /** Gives a buffer back; one of another size was never ours and is left to the collector. */
  give(buffer: Buffer): void {
    if (buffer.length === this.capacityBytes && this.#idle.length < IDLE_MAX) this.#idle.push(buffer);
  }
}
