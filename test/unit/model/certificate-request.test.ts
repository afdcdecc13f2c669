import { expect } from 'chai';
import fc from 'fast-check';
import { shrink } from '#inventory/shrink.ts';
import { asksForMasters } from '#model/certificate-request.ts';
import { OF_MASTERS } from '../../support/certificate-requests.ts';

const PEM = atob(OF_MASTERS.utf8only);
const DER = atob(PEM.replace(/-----[^-]+-----/g, ''));
const asRequest = (der: string, label = 'CERTIFICATE REQUEST'): string =>
  btoa(`-----BEGIN ${label}-----\n${btoa(der)}\n-----END ${label}-----\n`);

const CASES: readonly (readonly [name: string, request: string, expected: boolean | undefined])[] = [
  ...Object.entries(OF_MASTERS).map(([name, request]) => [`system:masters as ${name}`, request, true] as const),
  ['another organization', asRequest(DER.replace('system:masters', 'system:monsters'.slice(0, 14))), false],
  ['an old label', asRequest(DER, 'NEW CERTIFICATE REQUEST'), true],
  ['text before it', btoa(`some words\n${PEM}`), true],
  ['a name in another attribute', asRequest(DER.replace('\x55\x04\x0a', '\x55\x04\x03')), false],
  ['nothing', '', undefined],
  ['no base64', '%', undefined],
  ['no PEM', btoa('alice'), undefined],
  ['PEM of something else', asRequest(DER, 'CERTIFICATE'), undefined],
  ['PEM of nothing', btoa('-----BEGIN CERTIFICATE REQUEST-----\n=\n-----END CERTIFICATE REQUEST-----'), undefined],
  ['no sequence', asRequest(`\x02${DER.slice(1)}`), undefined],
  ['a length without end', asRequest('\x30\x80\x00\x00'), undefined],
  ['a length beyond all sizes', asRequest('\x30\x88\x7f\xff\xff\xff\xff\xff\xff\xff'), undefined],
  ['cut in its middle', asRequest(DER.slice(0, 40)), undefined],
];

describe('[unit] certificate request', () => {
  for (const [name, request, expected] of CASES)
    it(`${name}: ${String(expected)}`, () => {
      expect(asksForMasters(request)).to.equal(expected);
    });

  it('what was tampered with is read or not, and never throws', () => {
    fc.assert(
      fc.property(fc.nat({ max: DER.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const told = asksForMasters(asRequest(DER.slice(0, at) + String.fromCharCode(byte) + DER.slice(at + 1)));
        expect(told).to.be.oneOf([true, false, undefined]);
      }),
      { numRuns: 2000 },
    );
  });

  it('of the request stays nothing but the answer, and what cannot be read is noted', () => {
    const shrunk = [OF_MASTERS.utf8only, 'x', undefined].map((request) =>
      shrink('CertificateSigningRequest', { metadata: { name: 'a' }, spec: { request, signerName: 's' } }),
    );
    expect(shrunk.map(({ spec, malformed }) => [spec, malformed])).to.deep.equal([
      [{ request: true }, undefined],
      [{}, ['spec.request: expected base64 of a certificate request, found string']],
      [{}, undefined],
    ]);
  });
});
