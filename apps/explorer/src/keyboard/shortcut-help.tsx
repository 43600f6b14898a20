import { Dialog } from '../components/dialog.tsx'

const groups = [
  {
    title: 'Search',
    keys: [
      [['/'], 'Go to the search box'],
      [['r'], 'Search again'],
      [['l'], 'Live on or off'],
      [['Space'], 'Live: pause or go on'],
      [['w'], 'Wrap long lines or not'],
      [['?'], 'This help'],
    ],
  },
  {
    title: 'Lines',
    keys: [
      [['j', '↓'], 'Next line'],
      [['k', '↑'], 'Line before'],
      [['g', 'G'], 'First line, last line'],
      [['Enter', 'o', 'e'], 'Open or close the line'],
      [['f'], 'Unfold its stack trace'],
      [['c'], 'The lines around it'],
      [['y'], 'Copy it'],
      [['Esc'], 'Close all'],
    ],
  },
] as const

export function ShortcutHelp({ close }: { close: () => void }) {
  return (
    <Dialog title="Keyboard" close={close}>
      <div className="shortcut-groups">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([names, does]) => (
                <div key={does}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
