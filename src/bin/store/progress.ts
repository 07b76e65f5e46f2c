// A progress bar for long transfers, on a terminal only.

import { systemClock } from '../../platform/clock.ts';
import type { Output } from './output.ts';

/** Shorter transfers are over before anybody has read a bar. */
const SHOWN_AFTER_MS = 500;
const DRAWN_EVERY_MS = 100;
const BAR_CELLS = 24;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export class Progress {
  readonly #output: Output;
  readonly #label: string;
  readonly #totalBytes: number | undefined;
  readonly #startedMs = systemClock.monotonicMs();
  #doneBytes = 0;
  #drawnMs = 0;

  /** Without `totalBytes` only what was done is shown. */
  constructor(output: Output, label: string, totalBytes: number | undefined) {
    this.#output = output;
    this.#label = label;
    this.#totalBytes = totalBytes;
  }

  /** Passes bytes through and counts them. */
  async *count(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of source) {
        yield piece;
        this.#doneBytes += piece.length;
        this.#draw();
      }
    } finally {
      if (this.#drawnMs > 0) this.#output.draw('');
    }
  }

  #draw(): void {
    const nowMs = systemClock.monotonicMs();
    const tookMs = nowMs - this.#startedMs;
    if (!this.#output.isTerminal || tookMs < SHOWN_AFTER_MS || nowMs - this.#drawnMs < DRAWN_EVERY_MS) return;
    this.#drawnMs = nowMs;
    this.#output.draw(this.#line(tookMs / 1000));
  }

  #line(seconds: number): string {
    const perSecond = this.#doneBytes / seconds;
    const speed = `${bytesText(perSecond)}/s`;
    const total = this.#totalBytes;
    if (total === undefined || total === 0) return `${this.#label}  ${bytesText(this.#doneBytes)}  ${speed}`;
    const share = Math.min(1, this.#doneBytes / total);
    const cells = Math.round(share * BAR_CELLS);
    const bar = '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells);
    const left = Math.ceil((total - this.#doneBytes) / Math.max(1, perSecond));
    return `${this.#label}  ${bar} ${Math.floor(share * 100)}%  ${bytesText(total)}  ${speed}  ${left} s left`;
  }
}

/** `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? 'B'}`;
}
