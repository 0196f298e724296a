import { SERVICE_NAMES, type ServiceName } from '../../config/index.js';
import { NotFoundError } from '../../platform/errors/index.js';

/** @throws NotFoundError `SERVICE_NOT_FOUND` when no dependency has this name */
export function knownService(name: string): ServiceName {
  const service = SERVICE_NAMES.find((known) => known === name);
  if (service === undefined) throw new NotFoundError('SERVICE_NOT_FOUND', { details: { services: SERVICE_NAMES } });
  return service;
}
