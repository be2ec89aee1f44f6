/** Pages that are made to be printed: their button opens the browser's print dialogue. */
document.querySelectorAll<HTMLElement>("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
