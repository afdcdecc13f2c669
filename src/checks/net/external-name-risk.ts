import { addressAt } from '#facts/address.ts';
import { typeOf } from '#facts/service.ts';
import { defineCheck, type Context } from '#model/check.ts';
import { fitsAny } from '#model/pattern.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { routesToService } from '#relations/services.ts';
import { aService, anIngress } from '../samples.ts';

const IN_CLUSTER = /^[^.]+\.([^.]+)\.svc(\.|$)/;

export const externalNameRisk = defineCheck({
  id: 'KP-NET-010',
  name: 'external-name-risk',
  title: 'ExternalName service points somewhere risky',
  severity: 'low',
  why: 'Whoever follows an ExternalName goes where its owner says: to the metadata service of the cloud, to another namespace, to the host itself. An Ingress that has it as backend goes there for everybody.',
  fix: 'Use a Service with an EndpointSlice under admission control, or the egress gateway of a mesh.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8', 'MITRE:T1090'],
  aspects: {
    address: 'the name is an address',
    metadata: 'the name is that of a cloud metadata service',
    localhost: 'the name is that of the caller itself',
    otherNamespace: 'the name is that of a Service of another namespace',
    notAllowed: 'the name is none of those that are allowed',
  },
  subject: 'Service',
  inputs: { routes: routesToService },
  applies: (service) => typeOf(service) === 'ExternalName',

  *evaluate(service, { routes }, context) {
    const name = (service.spec?.externalName ?? '').toLowerCase().replace(/\.$/, '');
    const aspect = aspectOf(name, service, context);
    if (aspect === undefined) return;
    const isWorse = aspect === 'metadata' || aspect === 'localhost' || aspect === 'otherNamespace';
    const through = routes.length === 0 ? '' : '; a route leads everybody there';
    yield {
      at: 'spec.externalName',
      aspect,
      severity: isWorse ? 'medium' : 'low',
      message: `the Service is another word for ${name}${through}`,
      because: routes.map(refOf),
    };
  },

  examples: () => ({
    bad: [
      { name: 'an address', subject: anAlias('203.0.113.9'), finds: [{ at: AT, aspect: 'address' }] },
      {
        name: 'the metadata service',
        subject: anAlias('169.254.169.254'),
        finds: [{ at: AT, aspect: 'metadata', severity: 'medium' }],
      },
      {
        name: 'the caller, for everybody through an Ingress',
        subject: anAlias('localhost.'),
        world: [anIngress()],
        finds: [{ at: AT, aspect: 'localhost', severity: 'medium' }],
      },
      {
        name: 'a Service of another namespace',
        subject: anAlias('db.bank.svc.cluster.local'),
        finds: [{ at: AT, aspect: 'otherNamespace', severity: 'medium' }],
      },
      {
        name: 'none of those that are allowed',
        subject: anAlias('db.example.com'),
        context: { parameters: { externalNameAllow: ['*.internal.example'] } },
        finds: [{ at: AT, aspect: 'notAllowed' }],
      },
    ],
    good: [
      { name: 'a name outside', subject: anAlias('db.example.com') },
      { name: 'a Service of its own namespace', subject: anAlias('db.shop.svc') },
      { name: 'no alias', subject: aService() },
    ],
  }),
});

const AT = 'spec.externalName';

function anAlias(externalName: string): ReturnType<typeof aService> {
  return aService({ type: 'ExternalName', externalName });
}

function aspectOf(name: string, { metadata }: ObjectOf<'Service'>, { parameters }: Context): string | undefined {
  const { metadataHosts, externalNameAllow } = parameters;
  if (metadataHosts.includes(name)) return 'metadata';
  if (name === 'localhost' || name.endsWith('.localhost') || /^127\.|^::1$/.test(name)) return 'localhost';
  if (addressAt(name) !== undefined) return 'address';
  const namespace = IN_CLUSTER.exec(name)?.[1];
  if (namespace !== undefined && namespace !== metadata.namespace) return 'otherNamespace';
  return externalNameAllow.length > 0 && namespace === undefined && !fitsAny(name, externalNameAllow)
    ? 'notAllowed'
    : undefined;
}
