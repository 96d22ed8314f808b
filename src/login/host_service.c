/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/host_service.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/*
 * Programs that run something as the account they let in, or change the
 * account. gdm-password and su-l are covered by what stands before the dash.
 */
static const char *const of_host[] = {
    /* logins */
    "sshd", "ssh", "dropbear", "login", "remote", "rlogin", "rsh", "rshd",
    "rexec", "telnet", "telnetd", "cockpit", "xrdp", "vnc", "tigervnc",
    "machinectl", "systemd",
    /* another account's rights */
    "su", "sudo", "doas", "runuser", "polkit", "userhelper", "run0",
    /* jobs */
    "cron", "crond", "atd", "at", "anacron", "fcron",
    /* displays and their locks */
    "gdm", "gdm3", "lightdm", "sddm", "xdm", "kdm", "kdm3", "kdm4", "lxdm",
    "slim", "nodm", "wdm", "ly", "greetd", "lemurs", "emptty", "entrance",
    "mdm", "plasmalogin", "cosmic", "kde", "kde4", "kscreensaver",
    "xscreensaver", "gnome", "cinnamon", "mate", "light", "xfce4", "i3lock",
    "swaylock", "hyprlock", "waylock", "gtklock", "physlock", "vlock", "slock",
    "xlock", "xsecurelock", "xtrlock", "betterlockscreen",
    /* the accounts themselves */
    "passwd", "chpasswd", "chsh", "chfn", "chage", "newusers", "useradd",
    "userdel", "usermod", "groupadd", "groupdel", "groupmod", "shadow",
    "groupmems"};

bool
service_is_of_host(const char *service)
{
    const size_t length = strcspn(service, "-");

    for (size_t i = 0; i < sizeof of_host / sizeof of_host[0]; i++)
        if (strlen(of_host[i]) == length &&
            strncmp(of_host[i], service, length) == 0)
            return true;
    return false;
}

static bool
wrong(const struct issuer *issuer, const char *what, const char *service,
      char *ret_what)
{
    snprintf(ret_what, ISSUER_WHAT_MAX, "local_account = none%s%s%s%s%s",
             issuer->name != NULL ? " in [issuer " : "",
             issuer->name != NULL ? issuer->name : "",
             issuer->name != NULL ? "]" : "", what,
             service != NULL ? text_log_value(service).text : "");
    return false;
}

bool
issuer_accounts_are_right(const struct issuer *issuer,
                          char ret_what[ISSUER_WHAT_MAX])
{
    const struct strings *services = &issuer->services;

    if (!issuer->account.is_foreign)
        return true;
    if (services->count == 0)
        return wrong(issuer, ", which needs services: name them", NULL,
                     ret_what);
    for (size_t i = 0; i < services->count; i++)
        if (service_is_of_host(services->items[i]))
            return wrong(issuer,
                         ", and services has one that acts for Unix accounts: ",
                         services->items[i], ret_what);
    if (issuer->account.allow_groups.is_set)
        return wrong(issuer,
                     ", and allow_groups is set: groups are those of Unix "
                     "accounts",
                     NULL, ret_what);
    return true;
}
