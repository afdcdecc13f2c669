/** Valid bodies of the reports of image scanners, with every field that some shape reads, and some that none should keep. */
const about = {
  registry: { server: 'index.docker.io' },
  artifact: { repository: 'library/web', tag: '1', digest: `sha256:${'ab'.repeat(32)}` },
};

export const SCAN_BODIES = {
  VulnerabilityReport: {
    report: {
      ...about,
      summary: { criticalCount: 1 },
      vulnerabilities: [
        { vulnerabilityID: 'CVE-2024-3094', severity: 'CRITICAL', fixedVersion: '5.6.2', title: 'a title' },
        { vulnerabilityID: 'CVE-2024-0001', severity: 'CRITICAL', fixedVersion: '' },
      ],
    },
  },
  ExposedSecretReport: {
    report: { ...about, summary: { criticalCount: 1 }, secrets: [{ target: '/app/key.pem', match: 'BEGIN' }] },
  },
  SbomReport: { report: { ...about, components: { components: [{ name: 'openssl' }] } } },
  VulnerabilityManifestSummary: { spec: { severities: { critical: { all: 1, relevant: 0 } } } },
} as const;
