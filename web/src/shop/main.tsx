import "@fontsource-variable/fraunces/wght.css";
import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/header.css";
import "./styles/list.css";
import "./styles/product.css";
import "./styles/drawer.css";
import "./styles/checkout.css";
import { render } from "preact";
import { ShopApp } from "./ui/app";

const root = document.getElementById("shop");
if (root) render(<ShopApp />, root);
