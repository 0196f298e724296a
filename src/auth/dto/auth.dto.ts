import { GivenPassword, GivenToken, NewEmail, NewPassword } from './credential-fields.js';

export class RegisterDto {
  @NewEmail()
  readonly email!: string;

  @NewPassword()
  readonly password!: string;
}

export class LoginDto {
  @NewEmail()
  readonly email!: string;

  @GivenPassword()
  readonly password!: string;
}

export class RefreshTokenDto {
  @GivenToken()
  readonly refresh_token!: string;
}

export class MailedTokenDto {
  @GivenToken()
  readonly token!: string;
}

export class RequestPasswordResetDto {
  @NewEmail()
  readonly email!: string;
}

export class ResetPasswordDto {
  @GivenToken()
  readonly token!: string;

  @NewPassword()
  readonly password!: string;
}
