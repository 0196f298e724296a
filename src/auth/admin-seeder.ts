import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import { normalizeEmail } from './email-address.js';
import { RegistrationService } from './registration.service.js';

/** Creates the administrator of an installation without configuration, once; later boots find the account. */
@Injectable()
export class AdminSeeder implements OnApplicationBootstrap {
  private seeded = false;

  constructor(
    private readonly registration: RegistrationService,
    private readonly securityLog: SecurityLog,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** True when this boot created the account, so that its password is worth printing. */
  get createdAtThisBoot(): boolean {
    return this.seeded;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { seedAdmin } = this.config.auth;
    if (seedAdmin === null) return;
    const user = await this.registration.createVerified(normalizeEmail(seedAdmin.email), seedAdmin.password);
    if (user === null) return;
    this.seeded = true;
    this.securityLog.event('admin_change', 'The first administrator was created', { user_id: user.id });
  }
}
