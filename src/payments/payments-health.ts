import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DependencyProbe, HealthCheckRegistry } from '../platform/health/index.js';
import { CircuitProber, InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';

/** Looks whether Stripe answers and takes our credentials: for the health page, and when its circuit waits for a probe. */
@Injectable()
export class PaymentsHealth implements OnModuleInit {
  private readonly probe: DependencyProbe;

  constructor(
    private readonly registry: HealthCheckRegistry,
    private readonly prober: CircuitProber,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
    @InjectPolicy('stripe') private readonly policy: ServicePolicy,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.probe = new DependencyProbe(policy, (signal) => gateway.ping(signal), clock);
  }

  onModuleInit(): void {
    this.registry.register('payments', () => this.probe.check());
    this.prober.register(this.policy, (signal) => this.gateway.ping(signal));
  }
}
