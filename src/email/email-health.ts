import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DependencyProbe, HealthCheckRegistry } from '../platform/health/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { MAIL_SENDER, type MailSender } from './ports/mail-sender.port.js';

/** Looks whether SendGrid answers and takes our credentials. */
@Injectable()
export class EmailHealth implements OnModuleInit {
  private readonly probe: DependencyProbe;

  constructor(
    private readonly registry: HealthCheckRegistry,
    @Inject(MAIL_SENDER) sender: MailSender,
    @InjectPolicy('sendgrid') policy: ServicePolicy,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.probe = new DependencyProbe(policy, (signal) => sender.ping(signal), clock);
  }

  onModuleInit(): void {
    this.registry.register('email', () => this.probe.check());
  }
}
