import { flagOf, instanceOf } from '#facts/control-plane.ts';
import { typeOf } from '#facts/service.ts';
import { defineCheck, ifKnown } from '#model/check.ts';
import { apiServersForService } from '#relations/control-plane.ts';
import { aService, anApiServer } from '../samples.ts';

const PLUGIN = 'DenyServiceExternalIPs';
const FLAG = 'enable-admission-plugins';

export const serviceExternalIps = defineCheck({
  id: 'KP-NET-009',
  name: 'service-external-ips',
  title: 'Service claims external IPs',
  severity: 'high',
  why: 'Traffic from inside the cluster to an address in `externalIPs` goes to the Service: whoever writes it can take over the traffic to any address (CVE-2020-8554).',
  fix: 'Remove `externalIPs`, and allocate addresses through a load-balancer controller.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8', 'MITRE:T1557'],
  subject: 'Service',
  inputs: { apiServers: ifKnown(apiServersForService) },
  applies: (service) => typeOf(service) !== 'ExternalName',

  *evaluate({ spec }, { apiServers }, { parameters }) {
    const claimed = spec?.externalIPs ?? [];
    if (claimed.length === 0) return;
    const instances = (apiServers ?? []).flatMap((pod) => instanceOf(pod, 'kube-apiserver', parameters) ?? []);
    const isDenied =
      instances.length > 0 &&
      instances.every(({ flags }) => (flagOf(flags ?? [], FLAG) ?? '').split(',').includes(PLUGIN));
    const note = isDenied ? '; the API server refuses new ones' : '';
    yield {
      at: 'spec.externalIPs',
      severity: isDenied ? 'low' : 'high',
      message: `the Service takes the traffic to ${claimed.slice(0, 5).join(', ')}${note}`,
    };
  },

  examples: () => ({
    bad: [
      {
        name: 'an address',
        subject: aService({ externalIPs: ['203.0.113.9'] }),
        finds: [{ at: 'spec.externalIPs' }],
        also: ['KP-NET-014'],
      },
      {
        name: 'an old one, where new ones are refused',
        subject: aService({ externalIPs: ['203.0.113.9'] }),
        world: [anApiServer('--anonymous-auth=false', `--${FLAG}=NodeRestriction,${PLUGIN}`)],
        finds: [{ at: 'spec.externalIPs', severity: 'low' }],
        also: ['KP-NET-014'],
      },
    ],
    good: [
      { name: 'none', subject: aService() },
      {
        name: 'an alias ignores them',
        subject: aService({ type: 'ExternalName', externalName: 'db.example.com', externalIPs: ['203.0.113.9'] }),
      },
    ],
  }),
});
