import { useLanguage, type WordKey } from "../words";
import { Modal } from "./parts/dialog";

const KEYS: [WordKey, string[]][] = [
  ["key.next", ["j"]],
  ["key.previous", ["k"]],
  ["key.claim", ["c"]],
  ["key.release", ["r"]],
  ["key.write", ["m"]],
  ["key.canned", ["/"]],
  ["key.picker", ["p"]],
  ["key.note", ["n"]],
  ["key.card", ["i"]],
  ["key.search", ["s"]],
  ["key.tabs", ["1", "2", "3", "4"]],
  ["key.send", ["Enter"]],
  ["key.help", ["?"]],
];

interface HelpProps {
  open: boolean;
  onClose: () => void;
}

/** What the keys do. */
export function Help({ open, onClose }: HelpProps) {
  const { say } = useLanguage();
  return (
    <Modal title={say("shortcuts")} open={open} onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([what, keys]) => (
          <div key={what} className="keys-line">
            <dt>{say(what)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key} className="kbd">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
