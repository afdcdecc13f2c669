/** The engine for programs: pure and synchronous. */
export { scanObjects, type ScanOptions } from '#cli/scan/objects.ts';
export type { InputError, ScanFinding, ScanGap, ScanResult, ScanSubject } from '#report/formats/scan.ts';
