/* Sets light or dark before anything is painted: loaded in the head, not as a module, so that no page flashes. */
(function () {
  "use strict";
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const apply = () => {
    const theme = root.dataset.themeFixed || stored() || (system.matches ? "dark" : "light");
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("greenlink:theme", { detail: { theme } }));
  };

  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch]");
    if (!button) return;
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", theme); } catch { /* private window: lasts for this page */ root.dataset.themeFixed = theme; }
    apply();
  });
})();
