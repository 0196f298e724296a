import { useState } from 'preact/hooks';
import { answerOf } from '../api/answer.ts';
import { api } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { FailureNotice } from '../ui/failure-notice.tsx';
import { Field } from '../ui/field.tsx';
import { textOf } from '../ui/form-text.ts';
import { Panel } from '../ui/panel.tsx';
import { problemOf, useAction } from '../ui/use-action.ts';
import { session } from './session.ts';

type Mode = 'sign-in' | 'register' | 'forgot';

const WORDS = {
  'sign-in': { title: 'Sign in', submit: 'Sign in' },
  register: { title: 'Create your account', submit: 'Create account' },
  forgot: { title: 'Set a new password', submit: 'Mail me a link' },
} as const;

interface SignInProps {
  readonly first?: Mode;
  /** False where accounts are not made, only used. */
  readonly canRegister?: boolean;
}

/** Sign in, create an account, or ask for a new password. */
export function SignIn({ first = 'sign-in', canRegister = true }: SignInProps) {
  const [mode, setMode] = useState<Mode>(first);
  const [message, setMessage] = useState<string | null>(null);
  const action = useAction(async (email: string, password: string) => {
    setMessage(null);
    if (mode === 'forgot') {
      const answer = await answerOf(api.POST('/api/auth/request-password-reset', { body: { email } }));
      setMessage(answer.message);
      return;
    }
    if (mode === 'register') await answerOf(api.POST('/api/auth/register', { body: { email, password } }));
    await session.signIn({ email, password });
  });
  const go = (next: Mode): void => {
    setMode(next);
    setMessage(null);
    action.clear();
  };
  return (
    <Panel title={WORDS[mode].title} class="sign-in">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          action.run(textOf(event.currentTarget, 'email'), textOf(event.currentTarget, 'password'));
        }}
      >
        <Field
          label="E-mail"
          name="email"
          type="email"
          autocomplete="email"
          required
          problem={problemOf(action.failure, 'email')}
        />
        {mode !== 'forgot' && (
          <Field
            label="Password"
            name="password"
            type="password"
            autocomplete={mode === 'register' ? 'new-password' : 'current-password'}
            required
            problem={problemOf(action.failure, 'password')}
            {...(mode === 'register' ? { hint: 'At least 8 characters, with a letter and a digit', minLength: 8 } : {})}
          />
        )}
        <Button type="submit" wide busy={action.busy}>
          {WORDS[mode].submit}
        </Button>
      </form>
      {action.failure !== null && <FailureNotice failure={action.failure} />}
      {message !== null && (
        <p class="notice notice-good" role="status">
          {message}
        </p>
      )}
      <div class="notice-actions">
        {mode !== 'sign-in' && (
          <Button kind="text" onClick={() => go('sign-in')}>
            I have an account
          </Button>
        )}
        {canRegister && mode !== 'register' && (
          <Button kind="text" onClick={() => go('register')}>
            Create an account
          </Button>
        )}
        {mode !== 'forgot' && (
          <Button kind="text" onClick={() => go('forgot')}>
            Forgot your password?
          </Button>
        )}
      </div>
    </Panel>
  );
}
