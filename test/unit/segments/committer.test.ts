import { expect, test } from '@jest/globals';
import { nodeId } from '../../../src/core/ids.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { Committer, type CommitRequest, type CommitterParts } from '../../../src/segments/committer.ts';
import { keyOf } from '../../support/segment-stores.ts';

test('an index that cannot be read fails the commits it is asked about, and the committer goes on', async () => {
  const damaged = new PredastoreError('shard-corrupt', 'the index is damaged');
  const index = {
    has: () => {
      throw damaged;
    },
  };
  const poison = new PredastoreError('shards-unavailable', 'the segment is given up');
  const parts = { index, segments: {}, logger: silentLogger, onBatch: () => undefined };
  const committer = new Committer(parts as unknown as CommitterParts);
  const request = {
    segment: { poison },
    identity: { key: keyOf(1), node: nodeId(1) },
    expects: { kind: 'absent' },
    written: Promise.resolve(),
  } as unknown as CommitRequest;
  await expect(committer.commit(request)).rejects.toBe(poison);
  await expect(committer.commit(request)).rejects.toBe(poison);
  await committer.drain();
});
