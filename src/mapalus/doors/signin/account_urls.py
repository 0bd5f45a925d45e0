"""The addresses of the library's pages, in our words, without a namespace: it looks them up by name.

Only these exist. Nobody signs himself up: accounts of officials are made by their unit.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import URLPattern, URLResolver, path

from mapalus.doors.signin import oidc
from mapalus.doors.signin.codes import enter_code
from mapalus.doors.signin.entrance import sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("masuk/", sign_in, name="account_login"),
    path("masuk/kode/", account.request_login_code, name="account_request_login_code"),
    path("masuk/kode/isi/", enter_code, name="account_confirm_login_code"),
    path("masuk/lewat/<slug:provider_id>/", oidc.begin, name="openid_connect_login"),
    path("masuk/lewat/<slug:provider_id>/kembali/", oidc.callback, name="openid_connect_callback"),
    path("masuk/batal/", oidc.cancelled, name="socialaccount_login_cancelled"),
    path("masuk/kode-kedua/", mfa.authenticate, name="mfa_authenticate"),
    path("keluar/", account.logout, name="account_logout"),
    path("tidak-aktif/", account.account_inactive, name="account_inactive"),
    path("daftar/", account.signup, name="account_signup"),
    path("kata-sandi/lupa/", account.password_reset, name="account_reset_password"),
    path("kata-sandi/lupa/kode/", account.confirm_password_reset_code, name="account_confirm_password_reset_code"),
    path("kata-sandi/lupa/baru/", account.complete_password_reset, name="account_complete_password_reset"),
    path("kata-sandi/lupa/selesai/", account.password_reset_from_key_done, name="account_password_reset_completed"),
    path("kata-sandi/", account.password_change, name="account_change_password"),
    path("kata-sandi/buat/", account.password_set, name="account_set_password"),
    path("pastikan/", account.reauthenticate, name="account_reauthenticate"),
    path("pastikan/kode/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("kode-kedua/", mfa.index, name="mfa_index"),
    path("kode-kedua/pasang/", totp.activate_totp, name="mfa_activate_totp"),
    path("kode-kedua/lepas/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("kode-kedua/kunci/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("kode-kedua/kunci/pasang/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("kode-kedua/kunci/<int:pk>/nama/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("kode-kedua/kunci/<int:pk>/lepas/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("pastikan/kunci/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("kode-kedua/cadangan/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("kode-kedua/cadangan/buat/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("kode-kedua/cadangan/unduh/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]
