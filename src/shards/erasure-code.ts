// What the rest of the store knows of Reed–Solomon. The codec behind it is WASM-SIMD with a pure-JS fallback.

export interface ErasureCode {
  readonly k: number;
  readonly m: number;
  /**
   * The M parity cells of K data cells. Every cell is read as if zero-padded to `cellBytes` (shorter ones, also empty
   * ones, are allowed); the results are `into`, M buffers of exactly `cellBytes`, or fresh ones.
   */
  encode(data: readonly Uint8Array[], cellBytes: number, into?: readonly Uint8Array[]): readonly Uint8Array[];
  /**
   * Rebuilds the cells named in `wanted` from any K present ones. `cells` has K+M places, `undefined` for the missing;
   * present cells are zero-padded as above. Results are fresh buffers of `cellBytes`, in the order of `wanted`.
   */
  reconstruct(
    cells: readonly (Uint8Array | undefined)[],
    cellBytes: number,
    wanted: readonly number[],
  ): Uint8Array[];
}
