/** What one step of a bench cost. */
export interface Figures {
  readonly step: string;
  readonly milliseconds: number;
  /** The longest synchronous stretch in milliseconds; 0 where it was not measured. */
  readonly longest: number;
  readonly count: number;
  readonly note: string;
}
