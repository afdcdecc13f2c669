/** A right that a part of the operator needs of the API server, declared beside the code that uses it. The roles are generated from these. */
export interface Right {
  /** `''` for the core group. */
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Objects of these names only. */
  readonly names?: readonly string[];
  /** Completes the sentence "this is needed to …". */
  readonly why: string;
}
