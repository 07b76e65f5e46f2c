// The engine's files on a simulated disk. Every call is one event; a test may make any of them fail, or lie.

import type { Files, OpenFile, OpenMode, SpaceStat } from '../../src/platform/files.ts';
import { systemError, type FileNode, type SimulatedDisk } from './disk.ts';
import type { Stepper } from './world.ts';

export type DiskOperation =
  | 'open'
  | 'pwrite'
  | 'pread'
  | 'datasync'
  | 'size'
  | 'rename'
  | 'unlink'
  | 'readdir'
  | 'mkdir'
  | 'syncDirectory'
  | 'statfs'
  | 'identityOf'
  | 'openTables'
  | 'transact';

export interface DiskCall {
  readonly operation: DiskOperation;
  readonly path: string;
  /** Counts the calls, from 1. */
  readonly number: number;
}

/**
 * How a call fails. `doneBytes`: so much of a write or read happens first; `applied`: the disk did it and the caller hears of an error.
 * A read without a code is short, and says so.
 */
export interface DiskFault {
  readonly code?: string;
  readonly doneBytes?: number;
  readonly applied?: boolean;
}

export interface Written {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly position: number;
}

/** A disk, who carries out its operations, and who looks on. Files and tables of one process share it. */
export class DiskPort {
  readonly disk: SimulatedDisk;
  readonly stepper: Stepper;
  fault: (call: DiskCall) => DiskFault | undefined = () => undefined;
  /** Told of every write when it is asked for. */
  onWrite: (written: Written) => void = () => undefined;
  calls = 0;

  constructor(disk: SimulatedDisk, stepper: Stepper) {
    this.disk = disk;
    this.stepper = stepper;
  }

  faultOf(operation: DiskOperation, path: string): DiskFault | undefined {
    this.calls += 1;
    return this.fault({ operation, path, number: this.calls });
  }

  /** One operation as one event. */
  run<T>(operation: DiskOperation, path: string, work: () => T): Promise<T> {
    const fault = this.faultOf(operation, path);
    return this.stepper.step(() => {
      if (fault?.code === undefined) return work();
      if (fault.applied === true) work();
      throw systemError(fault.code, `injected into ${operation} of ${path}`);
    });
  }
}

export class SimulatedFiles implements Files {
  readonly #port: DiskPort;

  constructor(port: DiskPort) {
    this.#port = port;
  }

  open(path: string, mode: OpenMode): Promise<OpenFile> {
    const { disk } = this.#port;
    return this.#port.run('open', path, () => {
      const node = mode === 'read' ? disk.file(path) : disk.createFile(path);
      return new SimulatedFile(this.#port, path, node);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#port.run('rename', to, () => this.#port.disk.rename(from, to));
  }

  unlink(path: string): Promise<void> {
    return this.#port.run('unlink', path, () => this.#port.disk.unlink(path));
  }

  readdir(path: string): Promise<readonly string[]> {
    return this.#port.run('readdir', path, () => this.#port.disk.list(path));
  }

  mkdir(path: string): Promise<void> {
    return this.#port.run('mkdir', path, () => this.#port.disk.makeDirectory(path));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#port.run('syncDirectory', path, () => this.#port.disk.syncDirectory(path));
  }

  statfs(path: string): Promise<SpaceStat> {
    const { disk } = this.#port;
    return this.#port.run('statfs', path, () => {
      const totalBytes = disk.capacityBytes === Infinity ? 2 ** 50 : disk.capacityBytes;
      return { totalBytes, availableBytes: Math.max(0, totalBytes - disk.usedBytes()) };
    });
  }

  identityOf(path: string): Promise<string> {
    const { disk } = this.#port;
    return this.#port.run('identityOf', path, () => `${disk.life}:${disk.find(path)?.number ?? 'none'}`);
  }
}

class SimulatedFile implements OpenFile {
  readonly #port: DiskPort;
  readonly #path: string;
  readonly #node: FileNode;
  #closed = false;

  constructor(port: DiskPort, path: string, node: FileNode) {
    this.#port = port;
    this.#path = path;
    this.#node = node;
  }

  pwrite(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#closed) return Promise.reject(systemError('EBADF', this.#path));
    const fault = this.#port.faultOf('pwrite', this.#path);
    this.#port.onWrite({ path: this.#path, bytes, position });
    return this.#port.stepper.step(() => {
      const { disk } = this.#port;
      if (fault?.code === undefined) {
        disk.write(this.#node, bytes, position);
        return;
      }
      const doneBytes = Math.min(fault.doneBytes ?? 0, bytes.length);
      if (doneBytes > 0) disk.write(this.#node, bytes.subarray(0, doneBytes), position);
      throw systemError(fault.code, `injected into pwrite of ${this.#path}`);
    });
  }

  pread(into: Uint8Array, position: number): Promise<number> {
    if (this.#closed) return Promise.reject(systemError('EBADF', this.#path));
    const fault = this.#port.faultOf('pread', this.#path);
    return this.#port.stepper.step(() => this.#read(into, position, fault));
  }

  preadSync(into: Uint8Array, position: number): number {
    if (this.#closed) throw systemError('EBADF', this.#path);
    return this.#read(into, position, this.#port.faultOf('pread', this.#path));
  }

  datasync(): Promise<void> {
    if (this.#closed) return Promise.reject(systemError('EBADF', this.#path));
    const fault = this.#port.faultOf('datasync', this.#path);
    return this.#port.stepper.step(() => {
      const { disk } = this.#port;
      if (fault?.code === undefined) {
        disk.syncFile(this.#node);
        return;
      }
      disk.failSync(this.#node);
      throw systemError(fault.code, `injected into datasync of ${this.#path}`);
    });
  }

  sizeBytes(): Promise<number> {
    return this.#port.run('size', this.#path, () => this.#node.live.sizeBytes);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #read(into: Uint8Array, position: number, fault: DiskFault | undefined): number {
    if (fault?.code !== undefined) throw systemError(fault.code, `injected into pread of ${this.#path}`);
    if (fault?.doneBytes === undefined) return this.#node.live.read(into, position);
    return this.#node.live.read(into.subarray(0, fault.doneBytes), position);
  }
}
