import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmailModule } from '../email/index.js';
import { AccessTokens } from './access-tokens.js';
import { AccountMails } from './account-mails.js';
import { AccountSettings } from './account-settings.js';
import { AdminSeeder } from './admin-seeder.js';
import { AuthCleanup } from './auth-cleanup.js';
import { AuthJobs } from './auth-jobs.js';
import { AuthController } from './auth.controller.js';
import { Authenticator } from './authenticator.js';
import { AuthSession } from './entities/auth-session.entity.js';
import { LoginThrottle } from './entities/login-throttle.entity.js';
import { MailedToken } from './entities/mailed-token.entity.js';
import { RefreshToken } from './entities/refresh-token.entity.js';
import { User } from './entities/user.entity.js';
import { AdminGuard } from './guards/admin.guard.js';
import { AuthGuard } from './guards/auth.guard.js';
import { RecentAdmins } from './guards/recent-admins.js';
import { LoginThrottles } from './login-throttles.js';
import { LoginService } from './login.service.js';
import { MailedTokens } from './mailed-tokens.js';
import { PasswordAftermath } from './password-aftermath.js';
import { PasswordConfirmation } from './password-confirmation.js';
import { PasswordResetService } from './password-reset.service.js';
import { Passwords } from './passwords.js';
import { RegistrationService } from './registration.service.js';
import { Sessions } from './sessions.js';
import { UserDirectory } from './user-directory.js';
import { SameOriginGuard } from './web/same-origin.guard.js';
import { SessionCookie } from './web/session-cookie.js';
import { WebSessionsController } from './web/web-sessions.controller.js';

/** Users, sessions, and the guards other features put before their routes. */
@Module({
  imports: [
    TypeOrmModule.forFeature([User, AuthSession, RefreshToken, MailedToken, LoginThrottle]),
    JwtModule.register({}),
    EmailModule,
  ],
  controllers: [AuthController, WebSessionsController],
  providers: [
    AccessTokens,
    AccountMails,
    AccountSettings,
    AdminGuard,
    AdminSeeder,
    AuthCleanup,
    AuthGuard,
    AuthJobs,
    Authenticator,
    LoginService,
    LoginThrottles,
    MailedTokens,
    PasswordAftermath,
    PasswordConfirmation,
    PasswordResetService,
    Passwords,
    RecentAdmins,
    RegistrationService,
    SameOriginGuard,
    SessionCookie,
    Sessions,
    UserDirectory,
  ],
  exports: [AccountSettings, AdminGuard, AuthGuard, Authenticator, PasswordConfirmation, RecentAdmins, UserDirectory],
})
export class AuthModule {}
