import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/windows.css";
import "./styles/list.css";
import "./styles/talk.css";
import "./styles/reading.css";
import "./styles/composer.css";
import "./styles/card.css";
import "./styles/pages.css";
import "./styles/learning.css";
import "./styles/corrections.css";
import { createRoot } from "react-dom/client";
import { ConsoleApp } from "./ui/app";

const root = document.getElementById("console");
if (root) createRoot(root).render(<ConsoleApp />);
