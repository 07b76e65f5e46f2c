// What the calls of a workload came to: counts, the longest of each kind, and why some have no outcome.

import type { Pulse } from './pulse.ts';
import type { S3Wire, WireReply, WireRequest } from './s3-wire.ts';

export interface CallFigure {
  done: number;
  unknown: number;
  longestMs: number;
  /** The same, but only the time in which the gateway that was asked was seen to live; 0 where nobody watches. */
  longestLivedMs: number;
}

export interface CallLogOptions {
  /** One client per gateway. */
  readonly wires: readonly S3Wire[];
  /** One per gateway. Absent: no request is judged by how long it took. */
  readonly pulses?: readonly Pulse[];
}

/**
 * Within this much of its gateway's life every request has its whole answer, or its connection is ended. Half as much again as the longest that was seen
 * (docs/reliability.md has the measurements).
 */
export const STALL_LIMIT_MS = 30_000;

/** Who asks, through which gateway. */
export interface Actor {
  readonly by: string;
  readonly gateway: number;
}

export class CallLog {
  readonly figures = new Map<string, CallFigure>();
  /** How long each call with a definite outcome took. */
  readonly #tookMs = new Map<string, number[]>();
  /** Reasons of unknown outcomes, counted. */
  readonly troubles = new Map<string, number>();
  /** What no answer may ever contain, with the proof. */
  readonly violations: string[] = [];
  readonly #wires: readonly S3Wire[];
  readonly #pulses: readonly Pulse[];

  constructor({ wires, pulses = [] }: CallLogOptions) {
    this.#wires = wires;
    this.#pulses = pulses;
  }

  /** The whole reply, whatever its status; undefined when none came. */
  async send(actor: Actor, kind: string, request: WireRequest): Promise<WireReply | undefined> {
    const beganAt = performance.now();
    const figure = this.figureOf(kind);
    const gateway = actor.gateway % this.#wires.length;
    const livedBefore = this.#pulses[gateway]?.livedMs ?? 0;
    try {
      const reply = await this.#wires[gateway]!.send(request);
      if (reply.status < 500) {
        figure.done += 1;
        this.#timesOf(kind).push(performance.now() - beganAt);
      } else {
        figure.unknown += 1;
        this.#trouble(`${kind} ${reply.status} ${/<Code>([^<]+)/.exec(reply.body.toString())?.[1] ?? ''}`);
      }
      return reply;
    } catch (error) {
      figure.unknown += 1;
      const cause = (error as { code?: string }).code ?? String((error as { message?: string }).message);
      this.#trouble(`${kind} ${cause}`);
      return undefined;
    } finally {
      figure.longestMs = Math.max(figure.longestMs, performance.now() - beganAt);
      const livedMs = (this.#pulses[gateway]?.livedMs ?? 0) - livedBefore;
      figure.longestLivedMs = Math.max(figure.longestLivedMs, livedMs);
      if (livedMs > STALL_LIMIT_MS)
        this.violations.push(
          `${actor.by}: ${kind} ${request.path} took ${livedMs} ms of its gateway's life (from ${beganAt.toFixed(0)})`,
        );
    }
  }

  /** Asks until the answer is definite; a healed cluster that goes on without one is a violation. */
  async definite(operation: () => Promise<boolean>, what: string): Promise<void> {
    let last = '';
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = new Map(this.troubles);
      if (await operation()) return;
      last = [...this.troubles]
        .filter(([name, n]) => before.get(name) !== n)
        .map(([name]) => name)
        .join(', ');
      await pause(500 * (attempt + 1));
    }
    this.violations.push(`${what}: no answer after all was healed (${last})`);
  }

  figureOf(kind: string): CallFigure {
    const known = this.figures.get(kind);
    if (known !== undefined) return known;
    const fresh = { done: 0, unknown: 0, longestMs: 0, longestLivedMs: 0 };
    this.figures.set(kind, fresh);
    return fresh;
  }

  /** What `fraction` of the calls with a definite outcome took at most; undefined when there were none. */
  quantileMs(kind: string, fraction: number): number | undefined {
    const sorted = this.#timesOf(kind).toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
  }

  #timesOf(kind: string): number[] {
    const known = this.#tookMs.get(kind);
    if (known !== undefined) return known;
    const fresh: number[] = [];
    this.#tookMs.set(kind, fresh);
    return fresh;
  }

  #trouble(name: string): void {
    this.troubles.set(name, (this.troubles.get(name) ?? 0) + 1);
  }
}

export function textOf(reply: WireReply | undefined): string {
  return reply?.body.toString() ?? '';
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
