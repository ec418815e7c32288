import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useConsole } from "../../../context";
import { keys } from "../../../keys";
import { useTeam } from "../../../queries";
import type { Member, Role } from "../../../wire";
import { useLanguage } from "../../../words";
import { Avatar } from "../../parts/avatar";
import { Choice } from "../../parts/choice";
import { Modal } from "../../parts/dialog";
import { formWords } from "../../parts/form-words";
import { Bones, Trouble } from "../../parts/states";
import { Toggle } from "../../parts/toggle";
import { useTell } from "../../parts/toasts";

const ROLES: readonly Role[] = ["agent", "supervisor", "admin"];
const SHORTEST = 10;

/** Who works here, as what, and who may not come in any more. */
export function TeamSettings() {
  const { say, name } = useLanguage();
  const { api, user } = useConsole();
  const cache = useQueryClient();
  const tell = useTell();
  const team = useTeam();
  const [adding, setAdding] = useState(false);
  const refresh = () => cache.invalidateQueries({ queryKey: keys.team });
  const change = (member: Member, what: Partial<Pick<Member, "role" | "disabled">>) => {
    api.patch(`/team/${member.id}`, what).then(() => void refresh(), tell.failed);
  };
  const roles = ROLES.map((role) => ({ value: role, label: name("role", role) }));
  return (
    <section className="panel">
      <header className="panel-head">
        <h2 className="panel-title">{say("team")}</h2>
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            setAdding(true);
          }}
        >
          <Plus size={14} aria-hidden="true" />
          {say("team.add")}
        </button>
      </header>
      {team.isPending ? (
        <Bones count={4} height={48} />
      ) : !team.data ? (
        <Trouble error={team.error} onRetry={() => void team.refetch()} />
      ) : (
        <ul className="records">
          {team.data.map((member) => (
            <li key={member.id} className="record">
              <Avatar name={member.name} />
              <span className="record-words">
                <strong>{member.name}</strong>
                <span className="soft clip">{member.email}</span>
              </span>
              <span className={member.online ? "chip chip-leaf" : "chip"}>
                {say(member.online ? "online" : "offline")}
              </span>
              {/* Nobody locks themselves out. */}
              {member.id === user.id ? (
                <span className="chip">{name("role", member.role)}</span>
              ) : (
                <>
                  <Choice<Role>
                    label={say("team.role")}
                    value={member.role}
                    options={roles}
                    onChoose={(role) => {
                      change(member, { role });
                    }}
                  />
                  <Toggle
                    label={say("team.may_enter")}
                    on={!member.disabled}
                    onChange={(on) => {
                      change(member, { disabled: !on });
                    }}
                  />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <NewMember
          onClose={() => {
            setAdding(false);
          }}
          onAdded={() => {
            setAdding(false);
            void refresh();
          }}
        />
      )}
    </section>
  );
}

function NewMember({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const { say, name } = useLanguage();
  const { api } = useConsole();
  const tell = useTell();
  const [role, setRole] = useState<Role>("agent");
  return (
    <Modal open title={say("team.add")} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const words = new FormData(event.currentTarget);
          api
            .post("/team", {
              name: formWords(words, "name"),
              email: formWords(words, "email"),
              password: words.get("password"),
              role,
            })
            .then(onAdded, tell.failed);
        }}
      >
        <label className="field">
          <span className="field-label">{say("team.name")}</span>
          <input className="input" name="name" maxLength={80} required />
        </label>
        <label className="field">
          <span className="field-label">{say("login.email")}</span>
          <input className="input" name="email" type="email" autoComplete="off" required />
        </label>
        <div className="field">
          <span className="field-label">{say("team.role")}</span>
          <Choice<Role>
            label={say("team.role")}
            value={role}
            onChoose={setRole}
            options={ROLES.map((one) => ({ value: one, label: name("role", one) }))}
          />
        </div>
        <label className="field">
          <span className="field-label">{say("team.password")}</span>
          <input
            className="input"
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={SHORTEST}
            required
          />
          <span className="field-hint">{say("team.password_hint", { count: SHORTEST })}</span>
        </label>
        <div>
          <button type="submit" className="button button-main">
            {say("team.add")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
