// The operations of the NATS API: names, subjects, and what they do with bodies. The table is generated from subjects/.

import { assert } from '../core/assert.ts';
import type { NodeId } from '../core/ids.ts';
import { OPERATIONS } from './generated/operations.ts';

/** AWS names in PascalCase, and `AdminStatus`. */
export type OperationName = keyof typeof OPERATIONS;

export interface OperationDescription {
  readonly name: OperationName;
  /** Subject that any node may answer. */
  readonly subject: string;
  /** The same operation at one node; `subjectAtNode` fills the id in. */
  readonly nodeSubject: string;
  /** Other subjects, from older documents. */
  readonly aliases: readonly string[];
  /** Absent: every node answers on the general subject. */
  readonly queueGroup?: string;
  readonly requestSchema: string;
  readonly replySchema: string;
  readonly takesBody: boolean;
  readonly returnsBody: boolean;
  /** Changes nothing: may be asked again, and of another node. */
  readonly readOnly: boolean;
  /** Headers beside the usual ones that a reply may carry. */
  readonly replyHeaders: readonly string[];
}

const NODE_ID_TOKEN = '{nodeId}';

export const operations: Readonly<Record<OperationName, OperationDescription>> = OPERATIONS;
export const operationNames = Object.keys(OPERATIONS) as readonly OperationName[];

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** Where one chosen node answers: `s3.node.3.putobject`. */
export function subjectAtNode(operation: OperationDescription, node: NodeId): string {
  assert(operation.nodeSubject.includes(NODE_ID_TOKEN), `${operation.name} has no subject of a node`);
  return operation.nodeSubject.replace(NODE_ID_TOKEN, String(node));
}
