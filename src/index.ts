/** The engine for programs: pure and synchronous. */
export { scanObjects, type ScanOptions } from '#cli/scan/objects.ts';
export type { ScanFinding, ScanGap, ScanResult, ScanSubject } from '#cli/scan/result.ts';
export type { InputError } from '#cli/input/intake.ts';
