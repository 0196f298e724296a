import { Inject } from '@nestjs/common';
import { SERVICE_NAMES, type ServiceName } from '../../config/index.js';

const TOKENS = new Map<ServiceName, symbol>(
  SERVICE_NAMES.map((service) => [service, Symbol(`ServicePolicy(${service})`)]),
);

/** Injection token of a service's {@link ServicePolicy}. */
export function policyToken(service: ServiceName): symbol {
  const token = TOKENS.get(service);
  if (token === undefined) throw new Error(`No policy is defined for "${service}"`);
  return token;
}

/** Injects the policy of `service`: `constructor(@InjectPolicy('stripe') private readonly stripe: ServicePolicy) {}`. */
export function InjectPolicy(service: ServiceName): ParameterDecorator & PropertyDecorator {
  return Inject(policyToken(service));
}
