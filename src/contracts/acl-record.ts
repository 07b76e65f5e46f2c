// Access control lists as records keep them. A published shape never changes meaning.

export type AclPermission = 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';

export interface AclGrant {
  /** An account (its id is the canonical user id), or one of the groups `AllUsers`, `AuthenticatedUsers`, `LogDelivery`. */
  readonly to: string;
  readonly may: AclPermission;
}

/** Who owns a bucket or an object, and who else may do what with it. */
export interface AclRecord {
  /** The account that owns it. */
  readonly owner: string;
  readonly grants: readonly AclGrant[];
}
