import { isRecord, own, textAt, without, type Raw } from './json.ts';
import { conform, materialise, type Findings } from './conform.ts';
import { defaultNative } from './defaults.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { badRequest } from './status.ts';
import { fillDefaults, pruneUnknown } from './structural.ts';
import type { Intent } from './world.ts';

function checkType(body: Raw, resource: Resource): Raw {
  const apiVersion = apiVersionOf(resource);
  const given = textAt(body, 'apiVersion');
  const kind = textAt(body, 'kind');
  if (resource.custom !== undefined && (given === '' || kind === '')) {
    const missing = kind === '' ? 'Kind' : 'apiVersion';
    throw badRequest(`Object '${missing}' is missing in '${JSON.stringify(body)}'`);
  }
  if (given !== '' && given !== apiVersion)
    throw badRequest(`the API version in the data (${given}) does not match the expected API version (${apiVersion})`);
  if (kind !== '' && kind !== resource.kind)
    throw badRequest(
      `${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: converting (${given}, Kind=${kind}) to (${apiVersion}, Kind=${resource.kind}): unknown conversion`,
    );
  return { kind: resource.kind, apiVersion, ...without(body, 'apiVersion', 'kind') };
}

function report(unknown: readonly string[], intent: Intent): void {
  if (intent.validation === 'Ignore') return;
  const complaints = unknown.toSorted().map((path) => `unknown field "${path}"`);
  if (complaints.length === 0) return;
  if (intent.validation === 'Warn')
    complaints.forEach((complaint) => {
      intent.warn(complaint);
    });
  else {
    const { kind, version } = intent.resource;
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${complaints.join(', ')}`,
    );
  }
}

function decodeNative(object: Raw, intent: Intent): Raw {
  const { kind, version, schema } = intent.resource;
  const findings: Findings = { unknown: [] };
  const fitted = conform(object, schema, '', findings);
  if (findings.mismatch !== undefined)
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${findings.mismatch}`);
  report(findings.unknown, intent);
  return finishNative(fitted as Raw, intent.resource);
}

/** A native object with everything that decoding adds to it. */
export function finishNative(object: Raw, resource: Resource): Raw {
  return defaultNative(resource.kind, materialise(object, resource.schema) as Raw);
}

function decodeCustom(object: Raw, intent: Intent): Raw {
  const schema = own(own(intent.resource.custom?.version, 'schema'), 'openAPIV3Schema');
  if (!isRecord(schema)) return object;
  const unknown: string[] = [];
  const keepAll =
    intent.resource.custom !== undefined &&
    own(own(intent.resource.custom.crd, 'spec'), 'preserveUnknownFields') === true;
  const pruned = keepAll ? object : pruneUnknown(object, schema, '', unknown);
  report(unknown, intent);
  return fillDefaults(pruned, schema) as Raw;
}

/** The body of a write as the object that the server goes on with: of the right kind, pruned, with defaults. */
export function decodeBody(body: unknown, intent: Intent): Raw {
  if (!isRecord(body))
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${typeof body} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  const typed = checkType(body, intent.resource);
  const metadata = own(typed, 'metadata');
  if (metadata !== undefined && metadata !== null && !isRecord(metadata))
    throw badRequest(
      `${intent.resource.kind} in version "${intent.resource.version}" cannot be handled as a ${intent.resource.kind}: json: cannot unmarshal ${typeof metadata} into Go struct field ObjectMeta.metadata of type v1.ObjectMeta`,
    );
  const object: Raw = { ...typed, metadata: isRecord(metadata) ? metadata : {} };
  return intent.resource.custom === undefined ? decodeNative(object, intent) : decodeCustom(object, intent);
}
