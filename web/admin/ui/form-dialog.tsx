import type { ComponentChildren, RefObject } from 'preact';
import { useId, useLayoutEffect } from 'preact/hooks';
import { Button } from '../../shared/ui/button.tsx';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import type { Action } from '../../shared/ui/use-action.ts';

interface FormDialogProps {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly title: string;
  readonly confirm: string;
  /** What the form sets off, with the form itself. */
  readonly action: Action<readonly [HTMLFormElement]>;
  /** It is gone, done or not. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A form before all else. The browser keeps the focus inside; Escape leaves. */
export function FormDialog({ dialog, title, confirm, action, onClose, children }: FormDialogProps) {
  const id = useId();
  // Before anything is painted: what is typed from now on belongs to the dialog.
  useLayoutEffect(() => dialog.current?.showModal(), [dialog]);
  return (
    <dialog ref={dialog} class="ask" aria-labelledby={id} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!action.busy) action.run(event.currentTarget);
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        {action.failure !== null && <FailureNotice failure={action.failure} />}
        <div class="ask-actions">
          <Button kind="quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <Button type="submit" busy={action.busy}>
            {confirm}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
