import { defineCheck, type Problem } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import { redirectsOfGateway } from '#relations/gateways.ts';
import { aGateway, anHttpRoute } from '../samples.ts';

export const gatewayInsecure = defineCheck({
  id: 'KP-NET-015',
  name: 'gateway-insecure',
  title: 'Gateway listener open or unencrypted',
  severity: 'medium',
  why: 'A listener without TLS is read and changed on the way; one that takes routes of every namespace for every host lets any tenant take a name.',
  fix: 'Terminate TLS on the listener, redirect plain HTTP, and limit `allowedRoutes` to namespaces by a label.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'OWASP2025:K06', 'NSA:N8', 'NSA:N14', 'MITRE:T1557'],
  aspects: {
    plaintext: 'a listener takes plain HTTP or TCP',
    allNamespaces: 'a listener takes routes of every namespace for every host',
    passthroughTls: 'TLS is passed on unopened',
  },
  subject: 'Gateway',
  inputs: { redirects: redirectsOfGateway },

  *evaluate({ spec }, { redirects }) {
    for (const [index, listener] of (spec?.listeners ?? []).entries()) {
      const at = `spec.listeners[${String(index)}]`;
      const isTurned = redirects.some(({ section }) => (section ?? listener.name) === listener.name);
      yield* [plain(listener, at, isTurned), openToAll(listener, at), passedOn(listener, at)].flatMap(
        (each) => each ?? [],
      );
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'plain HTTP without a redirect',
        subject: aGateway({ protocol: 'HTTP', port: 80, tls: undefined }),
        finds: [{ at: 'spec.listeners[0].protocol', aspect: 'plaintext' }],
      },
      {
        name: 'routes of every namespace for every host',
        subject: aGateway({ hostname: undefined, allowedRoutes: { namespaces: { from: 'All' } } }),
        finds: [{ at: 'spec.listeners[0].allowedRoutes.namespaces.from', aspect: 'allNamespaces', severity: 'low' }],
      },
      {
        name: 'TLS passed on',
        subject: aGateway({ protocol: 'TLS', tls: { mode: 'Passthrough' } }),
        finds: [{ at: 'spec.listeners[0].tls.mode', aspect: 'passthroughTls', severity: 'info' }],
      },
    ],
    good: [
      { name: 'HTTPS for one host', subject: aGateway() },
      {
        name: 'plain HTTP that redirects',
        subject: aGateway({ protocol: 'HTTP', port: 80, tls: undefined }),
        world: [anHttpRoute({ rules: [{ filters: [{ type: 'RequestRedirect' }] }] })],
      },
    ],
  }),
});

type Listener = NonNullable<NonNullable<ObjectOf<'Gateway'>['spec']>['listeners']>[number];

function plain({ name, protocol = '' }: Listener, at: string, isTurned: boolean): Problem | undefined {
  if (protocol !== 'TCP' && (protocol !== 'HTTP' || isTurned)) return undefined;
  return { at: `${at}.protocol`, aspect: 'plaintext', message: `listener ${name} takes plain ${protocol}` };
}

function openToAll({ name, hostname = '', allowedRoutes }: Listener, at: string): Problem | undefined {
  if (allowedRoutes?.namespaces?.from !== 'All' || (hostname !== '' && hostname !== '*')) return undefined;
  const message = `listener ${name} takes routes of every namespace, for every host`;
  return { at: `${at}.allowedRoutes.namespaces.from`, aspect: 'allNamespaces', severity: 'low', message };
}

function passedOn({ name, protocol, tls }: Listener, at: string): Problem | undefined {
  if (protocol !== 'TLS' || tls?.mode !== 'Passthrough') return undefined;
  return {
    at: `${at}.tls.mode`,
    aspect: 'passthroughTls',
    severity: 'info',
    message: `listener ${name} passes TLS on unopened`,
  };
}
