import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useLanguage, type WordKey } from "../../words";
import { StaffApiError } from "../../api";
import { reasonOf } from "./states";

/** Short words in the corner, read aloud, gone after a while. */
export function Toasts() {
  const { say } = useLanguage();
  const { toasts } = Toast.useToastManager();
  return (
    <Toast.Portal>
      <Toast.Viewport className="toasts">
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className="toast">
            <Toast.Content className="toast-content">
              <Toast.Title className="toast-title" />
              <Toast.Description className="toast-words" />
            </Toast.Content>
            <Toast.Close className="icon-button" aria-label={say("close_window")}>
              <X size={15} aria-hidden="true" />
            </Toast.Close>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}

/** Tells what came of something. */
export function useTell() {
  const { say } = useLanguage();
  const { add } = Toast.useToastManager();
  return {
    done: (title: WordKey) => {
      add({ title: say(title), timeout: 3_000 });
    },
    failed: (error: unknown) => {
      const owner = error instanceof StaffApiError ? error.owner : null;
      add({
        title: owner ? say("owned_by", { name: owner.name }) : say("not_done"),
        description: owner ? say("owned_by.hint") : say(reasonOf(error)),
        type: "error",
        priority: "high",
        timeout: 7_000,
      });
    },
  };
}
