import { defineCheck } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import { anIngress } from '../samples.ts';

/** Annotations by which controllers of clouds take a certificate from elsewhere. */
export const INGRESS_TLS = [
  'alb.ingress.kubernetes.io/certificate-arn',
  'networking.gke.io/managed-certificates',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'appgw.ingress.kubernetes.io/appgw-ssl-certificate',
] as const;

export const ingressWithoutTls = defineCheck({
  id: 'KP-NET-011',
  name: 'ingress-without-tls',
  title: 'Ingress serves plain HTTP',
  severity: 'medium',
  why: 'Without TLS everybody on the way reads what goes over it, passwords and cookies too, and can change it.',
  fix: 'Add `spec.tls` with a managed certificate for each host, and redirect HTTP to HTTPS.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'NSA:N14', 'MITRE:T1557', 'MITRE:T1040'],
  subject: 'Ingress',

  *evaluate(ingress) {
    const { rules = [], tls = [] } = ingress.spec ?? {};
    if (INGRESS_TLS.some((key) => (ingress.metadata.annotations[key] ?? '') !== '')) return;
    if (tls.length === 0) {
      yield { at: 'spec.tls', message: 'the Ingress has no TLS: it serves plain HTTP' };
      return;
    }
    for (const [index, { host = '' }] of rules.entries())
      if (!isCovered(host, ingress))
        yield {
          at: `spec.rules[${String(index)}].host`,
          message:
            host === '' ? 'no TLS entry covers requests without a host of their own' : `no TLS entry covers ${host}`,
        };
  },

  examples: () => ({
    bad: [
      { name: 'no TLS', subject: anIngress({ tls: undefined }), finds: [{ at: 'spec.tls' }] },
      {
        name: 'a host that no entry covers',
        subject: anIngress({ tls: [{ hosts: ['*.shop.example'], secretName: 'web' }] }, 'a.b.shop.example'),
        finds: [{ at: 'spec.rules[0].host' }],
      },
    ],
    good: [
      { name: 'an entry for the host', subject: anIngress() },
      { name: 'a wildcard covers one label', subject: anIngress({ tls: [{ hosts: ['*.shop.example'] }] }) },
      { name: 'an entry without hosts covers all', subject: anIngress({ tls: [{ secretName: 'web' }] }) },
      {
        name: 'a certificate of the cloud',
        subject: {
          ...anIngress({ tls: undefined }),
          metadata: { name: 'web', namespace: 'shop', annotations: { [INGRESS_TLS[0]]: 'arn:aws:acm:x' } },
        },
      },
    ],
  }),
});

function isCovered(host: string, { spec }: ObjectOf<'Ingress'>): boolean {
  return (spec?.tls ?? []).some(
    ({ hosts = [] }) => hosts.length === 0 || hosts.some((pattern) => pattern === host || isBelow(host, pattern)),
  );
}

/** `*.a.b` covers one label. */
function isBelow(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') && host !== '' && host.slice(host.indexOf('.')) === pattern.slice(1);
}
