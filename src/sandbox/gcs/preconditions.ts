import { conditionNotMet, invalidRequest } from './gcs-error.js';
import type { StoredObject } from './object-metadata.js';

/** What must hold of the object for a request to be carried out; generation 0 stands for "there is none". */
export interface Preconditions {
  readonly ifGenerationMatch?: string;
  readonly ifGenerationNotMatch?: string;
  readonly ifMetagenerationMatch?: string;
  readonly ifMetagenerationNotMatch?: string;
}

const NAMES = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const;

/** @throws GcsRefusal 400 for a condition that is no number. */
export function readPreconditions(query: URLSearchParams): Preconditions {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = query.get(name);
      if (value === null) return [];
      if (!/^\d{1,20}$/.test(value)) throw invalidRequest(`Invalid value for: ${name}`);
      return [[name, value]];
    }),
  );
}

/** @throws GcsRefusal 412 */
export function requirePreconditions(conditions: Preconditions, object: StoredObject | undefined): void {
  const generation = object?.generation ?? '0';
  const metageneration = object?.metageneration;
  const { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ifMetagenerationNotMatch } = conditions;
  if (ifGenerationMatch !== undefined && ifGenerationMatch !== generation) throw conditionNotMet('If-Match');
  if (ifMetagenerationMatch !== undefined && ifMetagenerationMatch !== metageneration)
    throw conditionNotMet('If-Match');
  if (ifGenerationNotMatch !== undefined && ifGenerationNotMatch === generation) throw conditionNotMet('If-None-Match');
  if (ifMetagenerationNotMatch !== undefined && ifMetagenerationNotMatch === metageneration) {
    throw conditionNotMet('If-None-Match');
  }
}
