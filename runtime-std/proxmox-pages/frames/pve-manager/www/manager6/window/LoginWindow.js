Ext.define('Frame', {
    show: function () {
        let auth = Proxmox.Utils.getOpenIDRedirectionAuthorization();
        if (auth !== undefined) {
            const redirectURL = location.origin;
//@ answer
            Proxmox.Utils.API2Request({
                url: '/api2/extjs/login',
                params: {
                    state: auth.state,
//@ params
                    'redirect-url': redirectURL,
                },
                method: 'POST',
            });
        }
    },
});
