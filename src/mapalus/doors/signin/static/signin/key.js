// A key that did not answer (taken out, time over, not ours) says so in words beside its button.
document.addEventListener('allauth.error', function (event) {
  var place = document.querySelector('[data-key-error]')
  if (place) {
    place.hidden = false
    event.preventDefault()
  }
})
