import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DependencyProbe, HealthCheckRegistry } from '../platform/health/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';

/** Looks whether Stripe answers and takes our credentials. */
@Injectable()
export class PaymentsHealth implements OnModuleInit {
  private readonly probe: DependencyProbe;

  constructor(
    private readonly registry: HealthCheckRegistry,
    @Inject(PAYMENT_GATEWAY) gateway: PaymentGateway,
    @InjectPolicy('stripe') policy: ServicePolicy,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.probe = new DependencyProbe(policy, (signal) => gateway.ping(signal), clock);
  }

  onModuleInit(): void {
    this.registry.register('payments', () => this.probe.check());
  }
}
