import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DependencyProbe, HealthCheckRegistry } from '../platform/health/index.js';
import { CircuitProber, InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { MAIL_SENDER, type MailSender } from './ports/mail-sender.port.js';

/** Looks whether SendGrid answers and takes our credentials: for the health page, and when its circuit waits for a probe. */
@Injectable()
export class EmailHealth implements OnModuleInit {
  private readonly probe: DependencyProbe;

  constructor(
    private readonly registry: HealthCheckRegistry,
    private readonly prober: CircuitProber,
    @Inject(MAIL_SENDER) private readonly sender: MailSender,
    @InjectPolicy('sendgrid') private readonly policy: ServicePolicy,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.probe = new DependencyProbe(policy, (signal) => sender.ping(signal), clock);
  }

  onModuleInit(): void {
    this.registry.register('email', () => this.probe.check());
    this.prober.register(this.policy, (signal) => this.sender.ping(signal));
  }
}
