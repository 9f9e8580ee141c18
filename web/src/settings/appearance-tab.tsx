/** The appearance tab: the theme. */
import { Monitor, Moon, Sun } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { chooseTheme, type ThemeChoice, useTheme } from '../page/theme';
import { words } from '../words';
import { TabSection } from './tab-section';

const text = words.settings.appearance;

const CHOICES = [
  { value: 'system', icon: Monitor, surfaces: ['bg-[#1c1c1e]', 'bg-[#ffffff]'] },
  { value: 'dark', icon: Moon, surfaces: ['bg-[#1c1c1e]'] },
  { value: 'light', icon: Sun, surfaces: ['bg-[#ffffff]'] },
] as const;

function isChoice(value: string): value is ThemeChoice {
  return CHOICES.some((choice) => choice.value === value);
}

export function AppearanceTab() {
  const { choice } = useTheme();
  return (
    <TabSection title={words.settings.tabs.appearance} text={text.text}>
      <RadioGroup.Root
        value={choice}
        onValueChange={(value) => isChoice(value) && chooseTheme(value)}
        aria-label={words.common.theme}
        className="grid gap-4 sm:grid-cols-3"
      >
        {CHOICES.map(({ value, icon: Icon, surfaces }) => (
          <RadioGroup.Item
            key={value}
            value={value}
            className="overflow-hidden rounded-md border border-line bg-raised text-left hover:border-line-strong data-[state=checked]:border-accent-text data-[state=checked]:bg-wash"
          >
            <Preview surfaces={surfaces} />
            <span className="flex items-start gap-2.5 p-4">
              <Icon size={16} aria-hidden="true" className="mt-1 shrink-0" />
              <span>
                <span className="block font-medium">{words.common.themes[value]}</span>
                <span className="block text-sm text-dim">{text.hints[value]}</span>
              </span>
            </span>
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </TabSection>
  );
}

/** A miniature of the page: bar, code and conversation. */
function Preview({ surfaces }: { surfaces: readonly string[] }) {
  return (
    <span aria-hidden="true" className="flex h-24 border-b border-line max-sm:hidden">
      {surfaces.map((surface) => {
        const isDark = surface.includes('1c1c1e');
        const line = isDark ? 'bg-white/20' : 'bg-black/15';
        return (
          <span key={surface} className={`flex flex-1 flex-col gap-1.5 p-3 ${surface}`}>
            <span className={`h-1.5 w-1/3 rounded-full ${line}`} />
            <span className={`mt-2 h-1.5 w-4/5 rounded-full ${line}`} />
            <span className={`h-1.5 w-3/5 rounded-full ${isDark ? 'bg-[#ff4a1f]' : 'bg-[#c9300b]'}`} />
            <span className={`h-1.5 w-2/3 rounded-full ${line}`} />
          </span>
        );
      })}
    </span>
  );
}
