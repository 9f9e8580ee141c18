/** Tests the grouping of library licenses. */
import { expect, test } from 'vitest';
import { groupLicenses } from './licenses';

const MIT = 'Permission is granted to any person\nto deal with it.\n\nThe above copyright notice shall be included.';

const COLLECTED = `# Licenses

The app bundles these:

## one - 1.0.0 (MIT)

MIT License

Copyright (c) 2020 Ada

${MIT}

## two - 2.1.0 (MIT)

MIT License

Copyright (c) 2021 Grace
Copyright (c) 2022 Linus

${MIT.replace('person\nto', 'person to')}

## three - 3.0.0 (ISC)

Copyright 2023 Edsger

Use it as you like.
`;

test('lists a license shared by several libraries once, with each copyright', () => {
  const text = groupLicenses(COLLECTED);
  expect(text.split('Permission is granted')).toHaveLength(2);
  expect(text).toContain('- one - 1.0.0 (MIT). Copyright (c) 2020 Ada\n');
  expect(text).toContain('- two - 2.1.0 (MIT). Copyright (c) 2021 Grace. Copyright (c) 2022 Linus\n');
  expect(text).toContain('- three - 3.0.0 (ISC). Copyright 2023 Edsger\n\nUse it as you like.');
  expect(text).toContain('The above copyright notice shall be included.');
  expect(text).toMatch(/^# Licenses\n\nThe app bundles these:/);
});
