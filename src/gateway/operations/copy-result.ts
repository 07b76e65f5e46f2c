import { checksumLeaves, type Checksums } from '../checksum-headers.ts';
import { document, leaf } from '../xml.ts';

/** The document that tells what a copy made. */
export function renderCopyResult(
  root: 'CopyObjectResult' | 'CopyPartResult',
  result: Checksums & { readonly ETag: string; readonly LastModified: string },
): string {
  return document(
    root,
    leaf('LastModified', result.LastModified),
    leaf('ETag', result.ETag),
    checksumLeaves(result),
  );
}
