import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useLanguage } from "../../words";

interface ModalProps {
  title: string;
  open: boolean;
  onClose: () => void;
  wide?: boolean;
  foot?: ReactNode;
  children: ReactNode;
}

/** A window over the page, which keeps the focus until it is closed. */
export function Modal({ title, open, onClose, wide = false, foot, children }: ModalProps) {
  const { say } = useLanguage();
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className={wide ? "dialog dialog-wide" : "dialog"}>
          <header className="dialog-head">
            <Dialog.Title className="dialog-title">{title}</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label={say("close_window")}>
              <X size={18} aria-hidden="true" />
            </Dialog.Close>
          </header>
          <div className="dialog-body">{children}</div>
          {foot && <footer className="dialog-foot">{foot}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
