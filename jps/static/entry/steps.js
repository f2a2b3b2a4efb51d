// The table of contents stands open beside the form where there is room for it.
"use strict";
{
  const sections = document.getElementById("sections");
  const wide = window.matchMedia("(min-width: 62rem)");
  const fit = () => { sections.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
}
