import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** A private key and a certificate that signs itself, as PEM texts. */
export interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
}

const TAG = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c, time: 0x18 } as const;
const SEQUENCE = 0x30;
const SET = 0x31;
const tagged = (number: number): number => 0xa0 + number;

/** X.509 is DER, and DER is tag, length, value: these few lines spare a library. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const length = value.length < 0x100 ? [0x81, value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'));
const OID = {
  ecdsaWithSha256: oid('2a8648ce3d040302'),
  commonName: oid('550403'),
  subjectAltName: oid('551d11'),
  basicConstraints: oid('551d13'),
  keyUsage: oid('551d0f'),
  extendedKeyUsage: oid('551d25'),
  serverAuth: oid('2b06010505070301'),
};

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const moment = (at: Date): Buffer => der(TAG.time, text(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
const named = (name: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, OID.commonName, der(TAG.utf8, Buffer.from(name)))));
const TRUE = der(TAG.boolean, Buffer.from([0xff]));

function extension(id: Buffer, critical: boolean, value: Buffer): Buffer {
  return der(SEQUENCE, id, ...(critical ? [TRUE] : []), der(TAG.octets, value));
}

function extensions(): Buffer {
  const names = der(SEQUENCE, der(0x82, text('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  return der(
    tagged(3),
    der(
      SEQUENCE,
      extension(OID.basicConstraints, true, der(SEQUENCE, TRUE)),
      extension(OID.keyUsage, true, der(TAG.bits, Buffer.from([0x02, 0x84]))),
      extension(OID.extendedKeyUsage, false, der(SEQUENCE, OID.serverAuth)),
      extension(OID.subjectAltName, false, names),
    ),
  );
}

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

/** A fresh identity for 127.0.0.1 and localhost, valid from an hour before `now` for ten years. */
export function makeIdentity(now: Date): ServerIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, OID.ecdsaWithSha256);
  const issuer = named('kubeposture-sandbox');
  const serial = randomBytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const hour = 3_600_000;
  const body = der(
    SEQUENCE,
    der(tagged(0), der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, serial),
    algorithm,
    issuer,
    der(SEQUENCE, moment(new Date(now.getTime() - hour)), moment(new Date(now.getTime() + 87_600 * hour))),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const cert = der(SEQUENCE, body, algorithm, der(TAG.bits, Buffer.from([0]), signature));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem('CERTIFICATE', cert) };
}
