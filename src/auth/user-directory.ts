import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { Database } from '../platform/database/index.js';
import { NotFoundError } from '../platform/errors/index.js';
import { normalizeEmail } from './email-address.js';
import { User } from './entities/user.entity.js';

/** Looks users up. */
@Injectable()
export class UserDirectory {
  private readonly adminEmails: ReadonlySet<string>;

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.adminEmails = new Set(config.auth.adminEmails.map(normalizeEmail));
  }

  findById(id: string): Promise<User | null> {
    return this.database.read((manager) => manager.getRepository(User).findOneBy({ id }));
  }

  /** @throws NotFoundError `USER_NOT_FOUND` */
  async get(id: string): Promise<User> {
    const user = await this.findById(id);
    if (user === null) throw new NotFoundError('USER_NOT_FOUND');
    return user;
  }

  findByEmail(email: string): Promise<User | null> {
    return this.database.read((manager) => manager.getRepository(User).findOneBy({ email: normalizeEmail(email) }));
  }

  /** True when the user's address is an administrator's and was proven to be the user's. */
  isAdmin(user: Pick<User, 'email' | 'emailVerifiedAt'>): boolean {
    return user.emailVerifiedAt !== null && this.adminEmails.has(user.email);
  }
}
