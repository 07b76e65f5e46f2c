// Real files that count what is asked of them and fail when told to.

import type { Files, OpenFile, OpenMode } from '../../src/platform/files.ts';
import { systemFiles } from '../../src/platform/files.ts';

export type FileOperation =
  'open' | 'pwrite' | 'pread' | 'datasync' | 'rename' | 'unlink' | 'syncDirectory' | 'statfs';

export interface FileCall {
  readonly operation: FileOperation;
  readonly path: string;
}

export class FaultyFiles implements Files {
  readonly calls: FileCall[] = [];
  /** Decides before every call whether it fails, and with which system code. */
  fault: (call: FileCall, count: number) => string | undefined = () => undefined;
  /** Free and total bytes to report instead of the disk's. */
  space: { availableBytes: number; totalBytes: number } | undefined;

  count(operation: FileOperation, suffix = ''): number {
    return this.calls.filter((call) => call.operation === operation && call.path.endsWith(suffix)).length;
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    this.#note('open', path);
    return this.#wrap(path, await systemFiles.open(path, mode));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#note('rename', to);
    await systemFiles.rename(from, to);
  }

  async unlink(path: string): Promise<void> {
    this.#note('unlink', path);
    await systemFiles.unlink(path);
  }

  readdir(path: string): Promise<readonly string[]> {
    return systemFiles.readdir(path);
  }

  mkdir(path: string): Promise<void> {
    return systemFiles.mkdir(path);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#note('syncDirectory', path);
    await systemFiles.syncDirectory(path);
  }

  async statfs(path: string): Promise<{ availableBytes: number; totalBytes: number }> {
    this.#note('statfs', path);
    return this.space ?? systemFiles.statfs(path);
  }

  identityOf(path: string): Promise<string> {
    return systemFiles.identityOf(path);
  }

  #wrap(path: string, file: OpenFile): OpenFile {
    return {
      pwrite: async (bytes, position) => {
        this.#note('pwrite', path);
        await file.pwrite(bytes, position);
      },
      pread: async (into, position) => {
        this.#note('pread', path);
        return file.pread(into, position);
      },
      preadSync: (into, position) => {
        this.#note('pread', path);
        return file.preadSync(into, position);
      },
      datasync: async () => {
        this.#note('datasync', path);
        await file.datasync();
      },
      sizeBytes: () => file.sizeBytes(),
      close: () => file.close(),
    };
  }

  #note(operation: FileOperation, path: string): void {
    const call = { operation, path };
    this.calls.push(call);
    const code = this.fault(call, this.calls.length);
    if (code !== undefined) throw Object.assign(new Error(`${code}: injected`), { code });
  }
}
