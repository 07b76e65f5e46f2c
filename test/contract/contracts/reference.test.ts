import { beforeAll, describe, expect, test } from '@jest/globals';
import { renderReference } from '../../../scripts/contracts/reference.ts';
import { loadDocuments, loadSources, type ContractSources } from '../../../scripts/contracts/sources.ts';

let html: string;
let sources: ContractSources;
beforeAll(async () => {
  html = await renderReference('.');
  sources = await loadSources('.');
});

describe('the HTML reference', () => {
  test('has every subject, schema, field and error of every operation', () => {
    for (const { subject, nodeSubject, requestSchema, replySchema, errors } of sources.operations) {
      for (const text of [subject, nodeSubject, requestSchema, replySchema, ...errors])
        expect(html).toContain(`<code>${text}</code>`);
    }
  });

  test('has every channel of every document', async () => {
    for (const { channels } of await loadDocuments('subjects')) {
      for (const { address } of Object.values(channels).filter((one) => one.address !== null))
        expect(html).toContain(`<code>${address!}</code>`);
    }
  });

  test('loads nothing from elsewhere', () => {
    expect(html).not.toMatch(/(src|href)="(?!#)|@import|url\(/);
  });
});
