import type { RenderConfigDto, Resolution, TierResponse, Visualization } from '../../generated/api.ts';
import { Field } from '../../shared/ui/field.tsx';
import { changeDraft, draft } from './draft-store.ts';
import { LookIcon } from './look-icon.tsx';

const LOOKS: Readonly<Record<Visualization, string>> = {
  bars: 'Bars',
  waveform: 'Waveform',
  circular: 'Circular',
  spectrum: 'Spectrum',
};

/** What the video looks like. @param tier - decides which sizes there are. */
export function LookFields({ tier }: { readonly tier: TierResponse | undefined }) {
  const { look } = draft.value;
  const change = (part: Partial<RenderConfigDto>): void => changeDraft({ look: { ...look, ...part } });
  return (
    <div class="form">
      <fieldset class="choices choices-looks">
        <legend class="visually-hidden">Look</legend>
        {(Object.keys(LOOKS) as Visualization[]).map((visualization) => (
          <label key={visualization} class="choice choice-look">
            <input
              type="radio"
              name="visualization"
              value={visualization}
              checked={look.visualization === visualization}
              onChange={() => change({ visualization })}
            />
            <LookIcon visualization={visualization} />
            <span>{LOOKS[visualization]}</span>
          </label>
        ))}
      </fieldset>
      <Field
        label="Title in the picture"
        name="title"
        type="text"
        maxLength={80}
        hint="Optional, in any script"
        value={look.title ?? ''}
        onInput={(title) => change({ title: title.trim() === '' ? null : title })}
      />
      <div class="form-row">
        <ColorField label="Colour" value={look.color} onChange={(color) => change({ color })} />
        <ColorField
          label="Background"
          value={look.background_color}
          onChange={(color) => change({ background_color: color })}
        />
        <label class="field">
          <span class="field-label">Size</span>
          <select
            class="input"
            value={look.resolution}
            onChange={(event) => change({ resolution: event.currentTarget.value as Resolution })}
          >
            {(tier?.resolutions ?? [look.resolution]).map((resolution) => (
              <option key={resolution} value={resolution} selected={resolution === look.resolution}>
                {resolution.replace('x', ' × ')}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

interface ColorFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ColorField({ label, value, onChange }: ColorFieldProps) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input class="input" type="color" value={value} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
