import { GivenPassword, NewEmail, NewPassword } from '../../auth/index.js';

/** Changes to an account. Both are confirmed with the current password: a stolen session must not become a stolen account. */
export class UpdateProfileDto {
  @NewEmail({ optional: true })
  readonly email?: string;

  @NewPassword({ optional: true })
  readonly password?: string;

  @GivenPassword({ optional: true })
  readonly current_password?: string;
}
